// What the server answers, and what to do where it does not.

const PATIENCE = 60;   // tries while the server is busy or has no model yet

/** An answer's JSON; throws an Error with words for people where there is none. */
async function json(response) {
  const body = await response.json().catch(() => null);
  if (response.ok && body) {
    return body;
  }
  throw new Error(body?.detail ?? body?.title ?? `The server answered with status ${response.status}.`);
}

/** fetch, with a server that cannot be reached told in plain words. */
async function ask(path, options) {
  try {
    return await fetch(path, options);
  } catch {
    throw new Error("The server cannot be reached. Is it still running?");
  }
}

export const model = async () => json(await ask("model"));
export const drift = async () => json(await ask("drift"));
export const restartDrift = async () => json(await ask("drift/reset", { method: "POST" }));

/**
 * Sends files and returns a result for each, in their order. While the server has no model yet or is busy it tries again, and tells so.
 * @param {File[]} files
 * @param {(why: string) => void} waiting told why it takes longer
 */
export async function predict(files, waiting) {
  const form = new FormData();
  for (const file of files) {
    form.append("file", file, file.name || "pasted image");
  }
  for (let attempt = 1; ; attempt++) {
    const response = await ask("predict", { method: "POST", body: form });
    if ((response.status !== 503 && response.status !== 429) || attempt === PATIENCE) {
      return (await json(response)).results;
    }
    const seconds = Number(response.headers.get("Retry-After")) || 1;
    const problem = await response.json().catch(() => null);
    waiting(problem?.detail ?? "The server is busy.");
    await new Promise(resolve => setTimeout(resolve, 1000 * seconds));
  }
}
