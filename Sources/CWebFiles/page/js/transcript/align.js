// Which words a segment holds, and where each stands in its text. The text has marks and capitals that words may lack, so the
// two are compared by their letters and numbers alone, as the server does it.

const CONTENT = /[\p{L}\p{N}\p{M}\p{S}]/u;

/** How many characters of a text are more than spaces and marks. */
export function contentLength(text) {
  let count = 0;
  for (const character of text) if (CONTENT.test(character)) count += 1;
  return count;
}

/**
 * For each segment the range of words that it holds, as `[first, end]`.
 * @param {Array<{start: number, end: number, text: string}>} segments
 * @param {Array<{start: number, end: number, word: string}>} words
 */
export function wordRanges(segments, words) {
  return byText(segments, words) ?? byTime(segments, words);
}

function byText(segments, words) {
  const ranges = [];
  let next = 0;
  for (const segment of segments) {
    const first = next;
    let open = contentLength(segment.text);
    while (open > 0) {
      if (next >= words.length) return null;
      open -= contentLength(words[next].word);
      next += 1;
    }
    while (next < words.length && contentLength(words[next].word) === 0) next += 1;
    if (open !== 0) return null;
    ranges.push([first, next]);
  }
  return next === words.length ? ranges : null;
}

function byTime(segments, words) {
  const ranges = [];
  let next = 0;
  const middle = (word) => (word.start + word.end) / 2;
  for (const segment of segments) {
    while (next < words.length && middle(words[next]) < segment.start) next += 1;
    const first = next;
    while (next < words.length && middle(words[next]) <= segment.end) next += 1;
    ranges.push([first, next]);
  }
  return ranges;
}

/**
 * Where each word stands in a text, as `[start, end]` in UTF-16 units; null for a word that is not found.
 * @param {string} text
 * @param {string[]} words
 */
export function wordSpans(text, words) {
  const spans = [];
  let at = 0;
  for (const word of words) {
    const span = find(text, word, at);
    spans.push(span);
    if (span) at = span[1];
  }
  return spans;
}

function find(text, word, from) {
  let start = -1;
  let at = from;
  for (const wanted of word) {
    if (!CONTENT.test(wanted)) continue;
    let found = characterAt(text, at);
    while (found && !CONTENT.test(found)) found = characterAt(text, (at += found.length));
    if (!found || found.toLowerCase() !== wanted.toLowerCase()) return null;
    if (start < 0) start = at;
    at += found.length;
  }
  return start < 0 ? null : [start, at];
}

function characterAt(text, at) {
  return at < text.length ? String.fromCodePoint(text.codePointAt(at)) : "";
}
