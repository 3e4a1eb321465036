enum PlaceholderScriberrServices {}
