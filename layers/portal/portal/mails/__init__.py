"""What the portal writes to people: one folder a mail, one typed function each."""
