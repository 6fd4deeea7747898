// src/server/openapi.json is a valid OpenAPI 3.1 document. That it names the server's routes, no more and no
// fewer, is tests/unit/admin_api_test.cpp's business.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { Validator } from '@seriousme/openapi-schema-validator';

const document = JSON.parse(await readFile(new URL('../../src/server/openapi.json', import.meta.url)));

test('the document is valid', async () => {
  const validator = new Validator();
  const result = await validator.validate(structuredClone(document));
  assert.ok(result.valid, JSON.stringify(result.errors, null, 2));
  assert.equal(validator.version, '3.1');
});

test('the validator would notice', async () => {
  const broken = structuredClone(document);
  broken.paths['/v1/rooms'].get.responses = 'none';
  assert.equal((await new Validator().validate(broken)).valid, false);
});

test('every reference leads somewhere, and every operation has a name of its own', () => {
  const ids = new Set();
  const visit = (value) => {
    if (value === null || typeof value !== 'object') return;
    if (typeof value.$ref === 'string') {
      const target = value.$ref.slice(2).split('/').reduce((at, key) => at?.[key], document);
      assert.ok(target, value.$ref);
    }
    if (typeof value.operationId === 'string') {
      assert.ok(!ids.has(value.operationId), value.operationId);
      ids.add(value.operationId);
    }
    for (const member of Object.values(value)) visit(member);
  };
  visit(document);
  assert.ok(ids.size > 10);
});
