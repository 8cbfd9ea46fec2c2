/**
 * How many partitions an instance should hold: all live instances get the same number, the first ones in the order of
 * their ids one more where it does not divide. Every instance computes the same from the same list.
 */
export function fairShare(ownerId: string, liveOwners: readonly string[], partitions: number): number {
  const owners = [...new Set([...liveOwners, ownerId])].sort();
  const base = Math.floor(partitions / owners.length);
  return base + (owners.indexOf(ownerId) < partitions % owners.length ? 1 : 0);
}
