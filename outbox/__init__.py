"""What has changed, told onward: readers of the outbox, each with its position."""
