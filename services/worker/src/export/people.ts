/** Most people remembered as noted; whoever is forgotten is noted again, which changes nothing. */
const REMEMBERED = 10_000;

/** Notes people once each, as far as it remembers. */
export function createPeopleNotes(add: (people: readonly string[]) => Promise<void>) {
  const noted = new Set<string>();
  return async (people: Iterable<string>): Promise<void> => {
    const fresh = [...new Set(people)].filter((person) => !noted.has(person));
    if (fresh.length === 0) return;
    await add(fresh);
    if (noted.size + fresh.length > REMEMBERED) noted.clear();
    for (const person of fresh) noted.add(person);
  };
}
