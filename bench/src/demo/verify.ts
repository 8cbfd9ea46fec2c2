/** A message as far as script, sockets and queries must agree on it. */
export interface Message {
  id: string;
  senderId: string;
  content: string | null;
}

/** A place where what was found is not what was said. */
export interface Difference {
  /** Place in the scene, from 1. */
  line: number;
  expected: Message | null;
  found: Message | null;
}

/** Compares line by line; where one side is longer, its further lines are differences too. */
export function compareMessages(expected: readonly Message[], found: readonly Message[]): Difference[] {
  const length = Math.max(expected.length, found.length);
  return Array.from({ length }, (_none, index) => ({
    line: index + 1,
    expected: expected[index] ?? null,
    found: found[index] ?? null,
  })).filter((pair) => !isSame(pair.expected, pair.found));
}

function isSame(one: Message | null, other: Message | null): boolean {
  if (!one || !other) return false;
  return one.id === other.id && one.senderId === other.senderId && one.content === other.content;
}

/** What one source showed of the whole script. */
export interface Findings {
  source: string;
  expected: number;
  equal: number;
  /** Further lines that nobody said included. */
  differences: { scene: string; difference: Difference }[];
  faults: readonly string[];
}

export interface SceneFound {
  title: string;
  expected: readonly Message[];
  found: readonly Message[];
}

export function findingsOf(source: string, scenes: readonly SceneFound[], faults: readonly string[] = []): Findings {
  const expected = scenes.reduce((sum, scene) => sum + scene.expected.length, 0);
  const differences = scenes.flatMap((scene) =>
    compareMessages(scene.expected, scene.found).map((difference) => ({ scene: scene.title, difference })),
  );
  const wrong = differences.filter(({ difference }) => difference.expected !== null).length;
  return { source, expected, equal: expected - wrong, differences, faults };
}

export function isPass({ differences, faults }: Findings): boolean {
  return differences.length === 0 && faults.length === 0;
}
