"""The console as a process of its own, driven in Chromium."""
