"""What the studio sends and reads, against a gateway that answers as the reference says.

One table for each part of it: the samples of section 3, every field of section 4, and how
gateways refuse. Requests are made by `gateway.wire`, go over a real socket to the practice
gateway, and the bytes that come back are read by `gateway.wire`.
"""
