enum PlaceholderScriberrTranscript {}
