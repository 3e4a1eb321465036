enum PlaceholderScriberrServer {}
