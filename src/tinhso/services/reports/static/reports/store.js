// A table of IndexedDB. What is told to be written is on the disk when the promise resolves.

function database(name, tables) {
  return new Promise((done, failed) => {
    const opening = indexedDB.open(name, 1);
    opening.onupgradeneeded = () => tables.forEach((table) => opening.result.createObjectStore(table, { keyPath: "key" }));
    opening.onsuccess = () => done(opening.result);
    opening.onerror = () => failed(opening.error);
  });
}

/** Work on a table of a database; `tables` are all it has. Resolves to what the work asked for. */
export async function within(name, tables, table, mode, work) {
  const opened = await database(name, tables);
  try {
    return await new Promise((done, failed) => {
      const transaction = opened.transaction(table, mode, { durability: "strict" });
      const asked = work(transaction.objectStore(table));
      transaction.oncomplete = () => done(asked?.result);
      transaction.onerror = transaction.onabort = () => failed(transaction.error);
    });
  } finally {
    opened.close();
  }
}
