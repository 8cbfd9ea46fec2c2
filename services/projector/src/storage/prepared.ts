import type { Projection } from '@threadlog/read-models';

/** By the projections of a registry, and so by the kind of message store, and by name. */
const texts = new WeakMap<readonly Projection<object>[], Map<string, string>>();

/** A statement for these projections by its name, which must tell all else that its text depends on: it is written once. */
export function preparedOnce(
  all: readonly Projection<object>[],
  name: string,
  write: () => string,
): { name: string; text: string } {
  let known = texts.get(all);
  if (!known) texts.set(all, (known = new Map()));
  let text = known.get(name);
  if (text === undefined) known.set(name, (text = write()));
  return { name, text };
}

/** Which of all projections have rows, as one number. */
export function shapeOf(all: readonly Projection<object>[], touched: readonly Projection<object>[]): number {
  return touched.reduce((shape, projection) => shape | (1 << all.indexOf(projection)), 0);
}
