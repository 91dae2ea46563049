"""What holds for items, forms, sittings and scores."""
