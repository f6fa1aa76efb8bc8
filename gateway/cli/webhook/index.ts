import { z } from 'zod';
import { askAs, readOne } from '../ask.ts';
import { type Command, print, readOptions } from '../command.ts';

const Hook = z.object({ id: z.string(), url: z.string(), events: z.array(z.string()), version: z.number() });
const COMMON = { as: { type: 'string' }, json: { type: 'boolean', default: false } } as const;

const addCommand: Command = {
  summary: '登记 webhook registers a webhook',
  usage: 'liancha webhook add <url> [--events OBJECTION_RAISED,…] [--as <department>] [--json]',
  async run(parameters) {
    const { id: url, values } = readOne(parameters, 'URL', { ...COMMON, events: { type: 'string' } });
    const query =
      'mutation ($input: AddWebhookInput!) { addWebhook(input: $input) { id url events version } }';
    const input = { url, events: values.events?.split(',') ?? [] };
    const { addWebhook } = await askAs(values.as, query, { input }, z.object({ addWebhook: Hook }));
    print(values.json ? JSON.stringify(addWebhook) : `${addWebhook.id}  ${addWebhook.url}`);
    return 0;
  },
};

const Delivery = z.object({
  id: z.string(),
  status: z.string(),
  attempts: z.number(),
  lastError: z.string().nullable(),
});
const Listed = z.object({
  webhooks: z.array(Hook.extend({ deliveries: z.object({ edges: z.array(z.object({ node: Delivery })) }) })),
});

const listCommand: Command = {
  summary: 'webhook 及未送达的 webhooks, and what was not delivered',
  usage: 'liancha webhook list [--as <department>] [--json]',
  async run(parameters) {
    const values = readOptions(parameters, COMMON);
    const query = `{ webhooks { id url events version deliveries(status: DEAD, first: 20) { edges { node {
      id status attempts lastError } } } } }`;
    const { webhooks } = await askAs(values.as, query, {}, Listed);
    if (values.json) print(JSON.stringify(webhooks));
    else
      for (const one of webhooks) {
        print(`${one.id}  ${one.url}  ${one.events.join(',') || '全部 all'}`);
        for (const { node } of one.deliveries.edges)
          print(`  未送达 dead ${node.id}  ${node.attempts} 次 attempts  ${node.lastError ?? ''}`);
      }
    return 0;
  },
};

const redeliverCommand: Command = {
  summary: '重新投递 delivers again what was given up',
  usage: 'liancha webhook redeliver <delivery> [--as <department>] [--json]',
  async run(parameters) {
    const { id, values } = readOne(parameters, '投递编号 delivery', COMMON);
    const query = 'mutation ($id: ID!) { redeliver(delivery: $id) { id status attempts lastError } }';
    const { redeliver } = await askAs(values.as, query, { id }, z.object({ redeliver: Delivery }));
    print(values.json ? JSON.stringify(redeliver) : `${redeliver.id}  ${redeliver.status}`);
    return 0;
  },
};

const removeCommand: Command = {
  summary: '撤销 webhook removes a webhook; what was not delivered is given up',
  usage: 'liancha webhook remove <id> [--version <n>] [--as <department>] [--json]',
  async run(parameters) {
    const { id, values } = readOne(parameters, '编号 id', { ...COMMON, version: { type: 'string' } });
    const query = 'mutation ($input: RemoveWebhookInput!) { removeWebhook(input: $input) { id status } }';
    const input = { id, version: Number(values.version ?? 1) };
    const Removed = z.object({ removeWebhook: z.object({ id: z.string(), status: z.string() }) });
    const { removeWebhook } = await askAs(values.as, query, { input }, Removed);
    print(values.json ? JSON.stringify(removeWebhook) : `${id}  ${removeWebhook.status}`);
    return 0;
  },
};

/** `liancha webhook <verb>` */
export const commands: Readonly<Record<string, Command>> = {
  add: addCommand,
  list: listCommand,
  redeliver: redeliverCommand,
  remove: removeCommand,
};
