"""Where exceptions live: DynamoDB."""
