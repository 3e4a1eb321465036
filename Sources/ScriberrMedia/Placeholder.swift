enum PlaceholderScriberrMedia {}
