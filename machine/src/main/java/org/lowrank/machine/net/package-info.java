/**
 * The one way to fetch over HTTP: proxies, certificates, redirects, timeouts and another try where a failure may pass.
 * {@link org.lowrank.machine.net.WebClient} is the way in.
 *
 * <p>Surface of the module for programs: this package, {@code memory} and {@code tasks} (docs/adr/0009-surfaces.md).
 */
@NullMarked
package org.lowrank.machine.net;

import org.jspecify.annotations.NullMarked;
