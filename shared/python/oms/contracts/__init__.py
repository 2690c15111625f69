"""The published language: what crosses a border between contexts, partners and clients."""
