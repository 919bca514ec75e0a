/** Works through a list with so many at a time; results in the order of the list. */
export async function sideBySide<T, R>(
  list: readonly T[],
  lanes: number,
  work: (one: T, index: number) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let index = next++; index < list.length; index = next++) {
      results[index] = await work(list[index] as T, index);
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return results;
}
