/**
 * Failures with their message and stack inside a payload, where the codec encrypts them. Loaded by path, by clients and
 * workers and into the workflows' bundle, when PAYLOAD_KEY is set; so it is CommonJS.
 */
const { DefaultFailureConverter } = require('@temporalio/common');

exports.failureConverter = new DefaultFailureConverter({ encodeCommonAttributes: true });
