"""The layer of third-party packages: what it holds (`requirements.lock`) and how it is built."""
