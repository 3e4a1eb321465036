// The orders that the list can have. They are the server's, so that a row that comes later stands where a reload would show it.

const later = (name) => (a, b) => compare(b[name], a[name]) || compare(b.id, a.id);

const ORDERS = {
  "-created_at": later("created_at"),
  created_at: (a, b) => -later("created_at")(a, b),
  "-updated_at": later("updated_at"),
  title: (a, b) => compare(folded(a.title), folded(b.title)) || compare(a.id, b.id),
};

/** Compares jobs by the order that a query names. */
export function orderOf(query) {
  return ORDERS[query.get("sort")] ?? ORDERS["-created_at"];
}

function compare(a, b) {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** Without regard to case, compatibility forms and, in Latin and Greek, accents. */
function folded(title) {
  const plain = title.normalize("NFKC").toUpperCase().toLowerCase().normalize("NFKD");
  return plain.replace(/(?<=[\u0000-\u03ff])[\u0300-\u036f]+/g, "").normalize("NFC");
}
