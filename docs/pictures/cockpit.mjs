// Takes pictures of a conversation in Cockpit, and fails where Cockpit does not show what it should:
//   node cockpit.mjs [FOLDER]
// Needs the application as it comes, with no other offer open. The pictures go to FOLDER, else beside this script.
import { strict as assert } from 'node:assert';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const folder = process.argv[2] ?? import.meta.dirname;
const application = process.env.BATON ?? 'http://127.0.0.1:8080';
const simulator = process.env.SIMULATOR ?? 'http://127.0.0.1:8089';
const credentials = { Authorization: `Basic ${btoa('demo:demo')}` };

async function call(method, address, body) {
  const answer = await fetch(address, {
    method,
    headers: { ...(address.startsWith(application) && credentials), 'Content-Type': 'application/json' },
    body: body && JSON.stringify(body)
  });
  assert.ok(answer.ok, `${method} ${address}: ${answer.status}`);
  return answer.status === 204 ? undefined : answer.json();
}

/** A new conversation; the customer may say something at once. */
async function begin(text) {
  const key = `picture-${randomUUID().slice(0, 8)}`;
  await call('POST', `${application}/api/conversations`, { key });
  const [instance] = await call('GET', `${application}/engine-rest/process-instance?businessKey=${key}`);
  const conversation = { key, instance: instance.id };
  if (text) await say(conversation, text);
  return conversation;
}

async function say({ key }, text) {
  return call('POST', `${application}/api/conversations/${key}/messages`, { id: randomUUID(), text });
}

async function until(what, holds) {
  for (const end = Date.now() + 30_000; Date.now() < end; await new Promise(done => setTimeout(done, 200))) {
    if (await holds()) return;
  }
  assert.fail(`still not so after half a minute: ${what}`);
}

const awaitState = ({ key }, state) =>
  until(`${key} is ${state}`, async () =>
    (await call('GET', `${application}/api/conversations/${key}`)).state === state);

/** Cockpit does not look again by itself, so it is opened when there is something to be seen. */
const awaitAt = ({ key, instance }, activity) =>
  until(`${key} stands at ${activity}`, async () => {
    const tree = await call('GET', `${application}/engine-rest/process-instance/${instance}/activity-instances`);
    return JSON.stringify(tree).includes(`"activityId":"${activity}"`);
  });

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] // Chromium's sandbox refuses root
});
try {
  const page = await browser.newPage({ viewport: { width: 1400, height: 950 }, deviceScaleFactor: 1.5 });
  // The first page of an application and a browser that have just started takes its time.
  page.setDefaultTimeout(120_000);
  await page.goto(`${application}/camunda/app/cockpit/default/`);
  await page.getByPlaceholder('Username').fill('demo');
  await page.getByPlaceholder('Password').fill('demo');
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.getByText('Running Process Instances').waitFor();

  /** Opens the conversation's process instance and waits until its token stands at the activity. */
  const open = async (conversation, activity) => {
    await awaitAt(conversation, activity);
    await page.goto('about:blank'); // the addresses differ behind the # only: nothing would be read anew
    await page.goto(`${application}/camunda/app/cockpit/default/#/process-instance/${conversation.instance}/runtime`);
    await page.locator(`.djs-overlays[data-container-id="${activity}"] .instance-count`).waitFor();
  };
  const tab = async (name, shows) => {
    await page.getByRole('tab', { name, exact: true }).or(page.getByRole('link', { name, exact: true })).first().click();
    await page.getByRole('cell', { name: shows }).first().waitFor();
  };
  /** A picture of these elements of the diagram; without any, of the window below Camunda's banner. */
  const picture = async (name, ...elements) => {
    await page.mouse.move(0, 0);
    const boxes = await Promise.all(elements.map(id => page.locator(`[data-element-id="${id}"]`).first().boundingBox()));
    const left = Math.min(...boxes.map(box => box.x)) - 30;
    const top = Math.min(...boxes.map(box => box.y)) - 1;
    const clip = elements.length
      ? {
          x: left,
          y: top,
          width: Math.max(...boxes.map(box => box.x + box.width)) + 40 - left,
          height: Math.max(...boxes.map(box => box.y + box.height)) + 20 - top
        }
      : { x: 0, y: 23, width: 1400, height: 790 };
    await page.screenshot({ path: join(folder, `cockpit-${name}.png`), clip });
  };

  // The bot has greeted: it is the customer's turn.
  const waiting = await begin();
  await open(waiting, 'WaitForCustomer');
  await tab('Variables', 'silence');
  await picture('waiting', 'Started', 'SendMessage', 'EndSession', 'Expired');

  // The bot escalated: the session is offered to the queue, until an agent accepts.
  const offered = await begin('Transfer To Agent');
  await open(offered, 'Offer');
  await tab('Variables', 'Salesforce:Core:Queue:Id');
  await picture('offer', 'SendMessage', 'Transfer');
  await call('POST', `${simulator}/simulator/agents/accept`);
  await awaitState(offered, 'transferred');

  // The bot refuses a message: an incident, until an operator has it sent again.
  await call('PUT', `${simulator}/simulator/script`, {
    faults: [{ match: { path: '/messages$' }, then: { status: 403, message: 'The bot is not active' } }]
  });
  const failing = await begin('Order Status');
  await open(failing, 'SendMessage');
  await tab('Incidents', /403/);
  await picture('incident');
  await page.locator('td.action a:visible').click();
  await page.getByRole('button', { name: 'Retry' }).click();
  await page.getByText('Finished :').waitFor();
  await open(failing, 'WaitForCustomer');
  await say(failing, 'End Chat');
  await awaitState(failing, 'ended');
} finally {
  await browser.close();
}
