import { useGraphiQL } from '@graphiql/react';
import { useState } from 'react';
import { createPortal } from 'react-dom';
import { EXAMPLES } from './examples.ts';
import { USES, withPurpose } from './purpose.ts';

/** Where the helpers are shown: a bar of the page, as the editor's own has no room for them. */
export const HELPERS_ID = 'helpers';

/** Inserts `@purpose` into the operation in the editor, and puts example queries there. */
export function QueryHelpers() {
  const editor = useGraphiQL((state) => state.queryEditor);
  const [use, setUse] = useState<string>(USES[0].use);
  const [matter, setMatter] = useState('YX-2026-000123');
  const insert = () => editor?.setValue(withPurpose(editor.getValue(), use, matter));
  const bar = document.getElementById(HELPERS_ID);
  if (!bar) return null;
  return createPortal(
    <>
      <label>
        用途 Purpose
        <select name="use" value={use} onChange={(event) => setUse(event.target.value)}>
          {USES.map((one) => (
            <option key={one.use} value={one.use}>
              {one.label}
            </option>
          ))}
        </select>
      </label>
      <label>
        办件号 Matter
        <input name="matter" value={matter} onChange={(event) => setMatter(event.target.value)} />
      </label>
      <button type="button" onClick={insert}>
        写入 @purpose
      </button>
      <label>
        示例 Examples
        <select
          name="example"
          value=""
          onChange={(event) => editor?.setValue(EXAMPLES[Number(event.target.value)]?.query ?? '')}
        >
          <option value="" disabled>
            选择 choose…
          </option>
          {EXAMPLES.map(({ title }, index) => (
            <option key={title} value={index}>
              {title}
            </option>
          ))}
        </select>
      </label>
    </>,
    bar,
  );
}
