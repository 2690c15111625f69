"""Inventory on DynamoDB."""
