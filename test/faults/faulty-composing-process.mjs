/** Stands for the process that composes: it does what the text says that it is asked about. */
process.once('disconnect', () => process.exit());
process.on('message', ({ id, task }) => {
  if (task.after === 'hang') for (;;);
  if (task.after === 'exit') process.exit(3);
  if (task.after === 'throw') return process.send({ kind: 'failed', id, message: 'thrown', stack: '' });
  if (task.kind !== 'prepare') return process.send({ kind: 'done', id, result: [] });
  process.send({ kind: 'done', id, result: { ok: true, prepared: { subgraphs: [] } } });
});
