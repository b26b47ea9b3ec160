"""Two units of Modbus by pymodbus (3.0 and later): over TCP at the first port, in frames of a serial line at the second."""
import asyncio
import inspect
import struct
import sys

from pymodbus.datastore import ModbusSequentialDataBlock, ModbusServerContext

try:
    from pymodbus.datastore import ModbusDeviceContext as Unit

    NAMED = "devices"
except ImportError:
    from pymodbus.datastore import ModbusSlaveContext as Unit

    NAMED = "slaves"
try:
    from pymodbus.server import ModbusTcpServer, StartAsyncTcpServer
except ImportError:
    from pymodbus.server.async_io import ModbusTcpServer, StartAsyncTcpServer

# Only older ones ask whether a port may be taken again at once; newer ones always do.
REUSE = "allow_reuse_address"
AGAIN = {REUSE: True} if REUSE in inspect.signature(ModbusTcpServer.__init__).parameters else {}

try:
    from pymodbus.framer import FramerType

    FRAMERS = [FramerType.SOCKET, FramerType.RTU]
except ImportError:
    from pymodbus.transaction import ModbusRtuFramer, ModbusSocketFramer

    FRAMERS = [ModbusSocketFramer, ModbusRtuFramer]


def words(form, *values):
    data = struct.pack(">" + form, *values)
    return list(struct.unpack(f">{len(data) // 2}H", data))


def unit(power):
    # Addresses of the line, from 0: power x10, reflected x10, then what each kind holds.
    holding = words("HHf", power, 48, 98.5) + words("f", -0.25)[::-1] + words("hIi", -12, 94000, -70000) + [0b1000, 0, 0, 0]
    inputs = words("Hf", 650, 24.5)
    bits = [True, False, True, False]
    # These blocks count from 1.
    block = lambda values: ModbusSequentialDataBlock(1, values)
    return Unit(di=block(list(bits)), co=block(list(bits)), hr=block(holding), ir=block(inputs))


async def main():
    context = ModbusServerContext(**{NAMED: {1: unit(4805), 2: unit(5)}}, single=False)
    servers = [
        StartAsyncTcpServer(context=context, address=("127.0.0.1", int(port)), framer=framer, **AGAIN)
        for port, framer in zip(sys.argv[1:], FRAMERS)
    ]
    await asyncio.gather(*servers)


asyncio.run(main())
