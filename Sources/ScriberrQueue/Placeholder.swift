enum PlaceholderScriberrQueue {}
