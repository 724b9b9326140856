/** Functions that remember their last result: the rows of a case ask for the same things again, event after event. */

/** Caches the last result of a pure function, and returns it if the function is called with the same object again. */
export const rememberLast = <In extends object, Out>(make: (value: In) => Out): ((value: In) => Out) => {
  let last: { readonly value: In; readonly result: Out } | null = null;
  return (value) => {
    if (last?.value !== value) last = { value, result: make(value) };
    return last.result;
  };
};

/**
 * Caches the last result of a pure function of the items of an array that `reads` selects, and returns it while the selected items are
 * the same objects, whatever other items the array has.
 */
export const rememberForItems = <Item, Out>(
  reads: (item: Item) => boolean,
  make: (items: readonly Item[]) => Out,
): ((items: readonly Item[]) => Out) => {
  let last: { readonly items: readonly Item[]; readonly result: Out } | null = null;
  return rememberLast((all) => {
    const items = all.filter(reads);
    if (last === null || !haveSameItems(last.items, items)) last = { items, result: make(items) };
    return last.result;
  });
};

const haveSameItems = <Item>(some: readonly Item[], others: readonly Item[]): boolean =>
  some.length === others.length && some.every((item, index) => item === others[index]);
