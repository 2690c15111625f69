"""Where orders live: DynamoDB."""
