import {
  type Aspect,
  type Finding,
  finding,
  type OwnedChange,
  type OwnedChanges,
} from '../../registry/index.ts';

const SHOWN = 5;
const LONGEST = 80;

const WORDS: Readonly<Record<Aspect, string>> = {
  RULE: '共享规则 sharing rule',
  COST: '查询代价 cost',
  VISIBILITY: '可见性 visibility',
  SHAPE: '结构 shape',
  SOURCE: '来源 source',
};

/** One finding for each owner: what changes, and what consumers would notice. */
export function consentFindings(missing: readonly OwnedChanges[]): Finding[] {
  return missing.map(({ owner, changes, effect }) => {
    const coordinates = new Set(changes.map(({ coordinate }) => coordinate));
    const [only] = coordinates;
    const shown = changes.slice(0, SHOWN).map(describeChange).join('; ');
    const more = changes.length > SHOWN ? `; … (${changes.length})` : '';
    const text = `此版本改变${owner.name}的信息项，须其同意：${shown}${more}。近期有 ${effect.operations} 项查询涉及。请发布以提出同意请求（liancha consent list），或不作此改变；强制发布对此无效。 It changes what that department owns, which needs its consent (${effect.operations} operations asked lately are touched). Publishing files the request; or leave it as it is. It cannot be forced.`;
    return finding('NEEDS_CONSENT', coordinates.size === 1 ? (only ?? null) : null, text);
  });
}

export function describeChange({ coordinate, aspect, property, before, after }: OwnedChange): string {
  return `${coordinate} ${WORDS[aspect]} (${property}): ${briefly(before)} → ${briefly(after)}`;
}

function briefly(text: string | null): string {
  if (text === null || text === '') return '—';
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}
