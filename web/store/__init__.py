"""What the site keeps."""
