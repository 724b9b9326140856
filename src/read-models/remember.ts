/** Functions that remember their last result: the rows of a case ask for the same things again, event after event. */

/** A pure function of one object that keeps the last result: asked again of the same object, it returns it at once. */
export const rememberLast = <In extends object, Out>(make: (value: In) => Out): ((value: In) => Out) => {
  let last: { readonly value: In; readonly made: Out } | null = null;
  return (value) => {
    if (last?.value !== value) last = { value, made: make(value) };
    return last.made;
  };
};

/**
 * A pure function of those items of a list that it reads. While these are the same objects as the last time, it returns the same
 * result, however many others the list has.
 */
export const rememberForItems = <Item, Out>(
  reads: (item: Item) => boolean,
  make: (items: readonly Item[]) => Out,
): ((items: readonly Item[]) => Out) => {
  let last: { readonly items: readonly Item[]; readonly made: Out } | null = null;
  return rememberLast((all) => {
    const items = all.filter(reads);
    if (last === null || !isSame(last.items, items)) last = { items, made: make(items) };
    return last.made;
  });
};

const isSame = <Item>(some: readonly Item[], others: readonly Item[]): boolean =>
  some.length === others.length && some.every((item, index) => item === others[index]);
