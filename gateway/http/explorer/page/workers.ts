/** The editor's workers, served by the gateway like everything else. */
declare global {
  interface Window {
    MonacoEnvironment?: { getWorker(id: string, label: string): Worker };
  }
}

const NAMES: Readonly<Record<string, string>> = { json: 'json', graphql: 'graphql' };

window.MonacoEnvironment = {
  getWorker: (_, label) => new Worker(`/workers/${NAMES[label] ?? 'editor'}.worker.js`),
};

export {};
