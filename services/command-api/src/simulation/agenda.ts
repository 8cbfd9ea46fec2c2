/** What is to happen, earliest first; of the same moment, first come first. A binary heap. */
export interface Agenda<TItem> {
  add(at: number, item: TItem): void;
  takeEarliest(): { at: number; item: TItem } | undefined;
}

export function createAgenda<TItem>(): Agenda<TItem> {
  const heap: { at: number; order: number; item: TItem }[] = [];
  let count = 0;
  const before = (a: number, b: number): boolean => {
    const [first, second] = [heap[a]!, heap[b]!];
    return first.at < second.at || (first.at === second.at && first.order < second.order);
  };
  const swap = (a: number, b: number): void => {
    [heap[a], heap[b]] = [heap[b]!, heap[a]!];
  };

  function sink(): void {
    for (let parent = 0; ;) {
      const [left, right] = [2 * parent + 1, 2 * parent + 2];
      let least = left < heap.length && before(left, parent) ? left : parent;
      if (right < heap.length && before(right, least)) least = right;
      if (least === parent) return;
      swap(parent, least);
      parent = least;
    }
  }

  return {
    add(at, item) {
      heap.push({ at, order: (count += 1), item });
      for (let child = heap.length - 1; child > 0;) {
        const parent = (child - 1) >> 1;
        if (!before(child, parent)) return;
        swap(child, parent);
        child = parent;
      }
    },
    takeEarliest() {
      const top = heap[0];
      const last = heap.pop();
      if (top && last && heap.length > 0) {
        heap[0] = last;
        sink();
      }
      return top;
    },
  };
}
