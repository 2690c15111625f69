"""The books: accounts, balanced entries, and nothing that is ever edited."""
