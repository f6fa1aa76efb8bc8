import { z } from 'zod';
import { askAs, MOVING, readOne, versionOf } from '../ask.ts';
import { type Command, print } from '../command.ts';

const Moved = z.record(z.string(), z.object({ id: z.string(), state: z.string(), version: z.number() }));

interface Verb {
  readonly verb: string;
  readonly mutation: 'answerConsent' | 'withdrawConsent';
  readonly answer?: 'APPROVE' | 'REFUSE';
  readonly note: string;
  readonly summary: string;
}

/** A move of a consent by one of its parties. */
function moveCommand({ verb, mutation, answer, note: how, summary }: Verb): Command {
  const type = answer ? 'AnswerConsentInput' : 'WithdrawConsentInput';
  return {
    summary,
    usage: `liancha consent ${verb} <id> ${how} [--version <n>] [--as <department>] [--json]`,
    async run(parameters) {
      const { id, values } = readOne(parameters, '编号 id', { ...MOVING, note: { type: 'string' } });
      const { as: department, note } = values;
      const version = await versionOf(values.version, department, 'consentRequest', id);
      const query = `mutation ($input: ${type}!) { ${mutation}(input: $input) { id state version } }`;
      const input = { id, version, note, idempotencyKey: values.key, ...(answer && { answer }) };
      const moved = (await askAs(department, query, { input }, Moved))[mutation];
      print(values.json ? JSON.stringify(moved) : `${id}  ${moved?.state}`);
      return 0;
    },
  };
}

export const approveCommand = moveCommand({
  verb: 'approve',
  mutation: 'answerConsent',
  answer: 'APPROVE',
  note: '[--note <text>]',
  summary: '同意他部门发布所作的改变 the owner allows exactly these changes',
});
export const refuseCommand = moveCommand({
  verb: 'refuse',
  mutation: 'answerConsent',
  answer: 'REFUSE',
  note: '--note <text>',
  summary: '不同意他部门发布所作的改变 the owner refuses them, and says why',
});
export const withdrawCommand = moveCommand({
  verb: 'withdraw',
  mutation: 'withdrawConsent',
  note: '[--note <text>]',
  summary: '上线前撤回请求或同意 takes a request, or a consent, back before it goes live',
});
