struct NotYet: Error {}
