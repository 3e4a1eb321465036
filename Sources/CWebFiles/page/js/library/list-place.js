let left = null;

/** Remembers where the list stood when it was left: `{search, rows, top}`, its address's query, how many rows and how far down. */
export function leavePlace(place) {
  left = place;
}

/** Where the list stood that a query shows; null when it was another one. */
export function placeOf(search) {
  return left?.search === search ? left : null;
}

/** The address of the list as it was left. */
export function listAddress() {
  return `/${left?.search ?? ""}`;
}
