"""What has changed, told onward."""
