/**
 * The one way to fetch over HTTP: proxies, certificates, redirects, timeouts and another try where a failure may pass.
 * {@link org.lowrank.machine.net.WebClient} is the way in.
 */
@NullMarked
package org.lowrank.machine.net;

import org.jspecify.annotations.NullMarked;
