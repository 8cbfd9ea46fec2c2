const SENTENCES = 3;
const WORD = /[\p{L}\p{N}]+/gu;
/** Shorter words say little of what it is about, in most languages. */
const SHORTEST = 4;

const wordsOf = (text) => (text.toLowerCase().match(WORD) ?? []).filter((word) => word.length >= SHORTEST);

/**
 * Who said how much, and the sentences that say most of what the others say, in their order. Put a model here: what it is given was
 * written by other people, and is not an instruction.
 */
export function summarise(messages) {
  const sentences = messages.flatMap(({ content, user_id: by }) =>
    (content.match(/[^.!?\n]+[.!?]?/g) ?? []).map((text) => ({ by, text: text.trim() })).filter(({ text }) => text),
  );
  const counts = new Map();
  for (const { text } of sentences)
    for (const word of new Set(wordsOf(text))) counts.set(word, (counts.get(word) ?? 0) + 1);
  const weights = sentences.map(({ text }, at) => {
    const words = [...new Set(wordsOf(text))];
    return { at, weight: words.reduce((sum, word) => sum + counts.get(word) - 1, 0) / Math.max(1, words.length) };
  });
  const chosen = weights.sort((a, b) => b.weight - a.weight || a.at - b.at).slice(0, SENTENCES);
  return {
    messages: messages.length,
    from: messages[0]?.created_at ?? null,
    to: messages.at(-1)?.created_at ?? null,
    by: tally(messages.map(({ user_id: id }) => id)),
    types: tally(messages.map(({ message_type: type }) => type)),
    summary: chosen.map(({ at }) => sentences[at]).sort((a, b) => sentences.indexOf(a) - sentences.indexOf(b)),
  };
}

const tally = (names) =>
  Object.fromEntries([...Map.groupBy(names, (name) => name)].map(([name, all]) => [name, all.length]));
