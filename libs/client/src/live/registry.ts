/** Views by name: whoever asks for the same thing gets the same view. */
export interface Registry<View> {
  get(name: string): View;
  all(): View[];
}

/**
 * @param most so many are kept; those beyond that nobody uses are dropped, the least recently asked for first.
 * @param isIdle whether a view can be dropped.
 */
export function createRegistry<View>(
  make: (name: string) => View,
  isIdle: (view: View) => boolean,
  most = 30,
): Registry<View> {
  const views = new Map<string, View>();
  return {
    get(name) {
      const view = views.get(name) ?? make(name);
      views.delete(name);
      views.set(name, view);
      for (const [other, held] of views) {
        if (views.size <= most) break;
        if (held !== view && isIdle(held)) views.delete(other);
      }
      return view;
    },
    all: () => [...views.values()],
  };
}
