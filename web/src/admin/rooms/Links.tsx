// The messages with links that flows send, and how they leave. No secret is shown, nor sent to this page.

import { outside } from "../asked";
import { useAsked } from "../useAsked";
import { useWords } from "../words/words";

export function Links() {
  const words = useWords();
  const { content, failure } = useAsked(outside);
  if (failure) return <p className="problem">{failure.message || words.signIn.unreached}</p>;
  if (!content) return null;
  const { links } = words;
  return (
    <section aria-label={words.rooms.links}>
      <section className="part" aria-label={links.ways}>
        <h2>{links.ways}</h2>
        <p className="hint">{links.waysHint}</p>
        <dl className="facts">
          <dt>{links.publicUrl}</dt>
          <dd>{content.public_url}</dd>
          <dt>{links.webhook}</dt>
          <dd>{content.webhook || links.noWebhook}</dd>
          <dt>{links.outbox}</dt>
          <dd>{content.outbox_delivers ? links.delivers : links.keeps}</dd>
        </dl>
      </section>
      <section className="part" aria-label={links.secrets}>
        <h2>{links.secrets}</h2>
        <p className="hint">{links.secretsHint}</p>
        <ul className="facts">
          {content.secrets.map((one) => (
            <li key={one.name}>
              <code>{one.name}</code>{" "}
              {one.state === "set" ? (
                links.set
              ) : (
                <span className="problem">
                  {links.notUsable} — {one.why}
                </span>
              )}
            </li>
          ))}
        </ul>
      </section>
      <section className="part" aria-label={links.templates}>
        <h2>{links.templates}</h2>
        <p className="hint">{links.templatesHint}</p>
        {content.links.length === 0 && <p>{words.nothing}</p>}
        {content.links.map((one) => (
          <article key={`${one.flow}/${one.node}`} className="template">
            <h3>
              {one.flow} / {one.node} <span className="quiet">{one.purpose}</span>
            </h3>
            {Object.entries(one.texts).map(([language, text]) => (
              <p key={language} lang={language}>
                <span className="quiet">{language}</span> {text}
              </p>
            ))}
          </article>
        ))}
      </section>
    </section>
  );
}
