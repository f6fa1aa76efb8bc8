import './workers.ts';
import './cancellations.ts';
import 'graphiql/graphiql.css';
import 'graphiql/style.css';
import './page.css';
import type { Fetcher } from '@graphiql/toolkit';
import { GraphiQL } from 'graphiql';
import { useEffect, useMemo, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { ApplicationForm, linkedApplication } from './application.tsx';
import { type AnswerError, ErrorCards } from './errors.tsx';
import { EXAMPLES } from './examples.ts';
import { type Department, demonstrationDepartments, demonstrationToken } from './session.ts';
import { createEvents, isSubscription } from './subscriptions.ts';
import { HELPERS_ID, QueryHelpers } from './toolbar.tsx';

/** Prefer the department that the examples are about. */
const FIRST = '云溪市不动产登记中心';

function Page() {
  const [departments, setDepartments] = useState<readonly Department[] | null>([]);
  const [department, setDepartment] = useState('');
  const [token, setToken] = useState('');
  const [errors, setErrors] = useState<readonly AnswerError[]>([]);

  useEffect(() => {
    const load = async () => {
      const found = await demonstrationDepartments();
      setDepartments(found);
      const { department: linked } = linkedApplication(location.search);
      const first = found?.find(({ code }) => code === linked) ?? found?.find(({ name }) => name === FIRST);
      setDepartment(first?.code ?? found?.[0]?.code ?? '');
    };
    void load();
  }, []);
  useEffect(() => {
    const load = async () => setToken(await demonstrationToken(department));
    if (department) void load();
  }, [department]);

  const fetcher = useMemo<Fetcher>(() => {
    const events = createEvents(token, setErrors);
    return async (parameters) => {
      const { query, variables = {}, operationName } = parameters;
      if (isSubscription(query, operationName))
        return events.iterate({ query, variables, ...(operationName && { operationName }) });
      const response = await fetch('/graphql', {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        body: JSON.stringify(parameters),
      });
      const answer = await response.json();
      if (parameters.operationName !== 'IntrospectionQuery') setErrors(answer.errors ?? []);
      return answer;
    };
  }, [token]);

  return (
    <div className="page">
      <header className="bar">
        <h1>
          联查 <small>Liancha</small>
        </h1>
        {departments ? (
          <label>
            以此部门查询 Ask as
            <select
              name="department"
              value={department}
              onChange={(event) => setDepartment(event.target.value)}
            >
              {departments.map(({ code, name, nameEn }) => (
                <option key={code} value={code}>
                  {name} {nameEn}
                </option>
              ))}
            </select>
          </label>
        ) : (
          <label>
            令牌 Token
            <input
              name="token"
              type="password"
              value={token}
              onChange={(event) => setToken(event.target.value)}
            />
          </label>
        )}
      </header>
      {token && linkedApplication(location.search).coordinates.length > 0 && (
        <ApplicationForm key={`apply ${token}`} token={token} />
      )}
      <div id={HELPERS_ID} className="helpers" />
      {token && (
        <GraphiQL
          key={token}
          fetcher={fetcher}
          initialQuery={EXAMPLES[2]?.query ?? ''}
          defaultEditorToolsVisibility={false}
          forcedTheme="light"
        >
          <GraphiQL.Logo>
            <QueryHelpers />
          </GraphiQL.Logo>
          <GraphiQL.Footer>
            <ErrorCards errors={errors} />
          </GraphiQL.Footer>
        </GraphiQL>
      )}
    </div>
  );
}

const root = document.getElementById('root');
if (root) createRoot(root).render(<Page />);
