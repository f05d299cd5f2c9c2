"""The reporter's page: the protocol of `crypto` in TypeScript, what shows it, and what is built from both.

Node is needed to build it, never to install or run the service: what was built is kept beside its source.
"""
