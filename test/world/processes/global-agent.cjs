// What a company's start script does: every agent of the process is replaced by one that goes through the proxy.
process.env.GLOBAL_AGENT_HTTP_PROXY = process.env.WORLD_PROXY;
require(process.env.WORLD_PACKAGE).bootstrap();
require('./session.cjs');
