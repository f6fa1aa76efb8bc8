/**
 * An editor that is taken away while it waits to highlight a word rejects its own delay with nobody to hear it
 * (microsoft/vscode#285890). Cancelled work is no fault; everything else is still reported by the browser.
 */
addEventListener('unhandledrejection', (event) => {
  const reason: unknown = event.reason;
  if (reason instanceof Error && reason.name === 'Canceled') event.preventDefault();
});
