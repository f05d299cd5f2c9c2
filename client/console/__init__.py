"""`amana console`: a reviewer's own pages, on 127.0.0.1 of her own machine. Nobody else's server gives her any code."""
