package org.lowrank.machine.memory;

class PlainConversionTest extends ConversionTest {
    @Override
    Conversion conversion() {
        return new PlainConversion();
    }
}
